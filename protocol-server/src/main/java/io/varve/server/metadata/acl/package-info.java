// SPDX-License-Identifier: Apache-2.0
/** Decides changes of access control lists, in Kafka's order of checks and words. */
package io.varve.server.metadata.acl;
