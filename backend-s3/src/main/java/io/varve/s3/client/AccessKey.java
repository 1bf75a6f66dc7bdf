// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/**
 * Holds credentials of the object store. Its text never has the secret.
 *
 * @param id the access key's id
 * @param secret the secret access key
 */
record AccessKey(String id, String secret) {
    @Override
    public String toString() {
        return "AccessKey[id=" + id + ", secret=(hidden)]";
    }
}
