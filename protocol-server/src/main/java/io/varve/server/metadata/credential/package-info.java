// SPDX-License-Identifier: Apache-2.0
/** Checks and changes the credentials by which users authenticate. */
package io.varve.server.metadata.credential;
