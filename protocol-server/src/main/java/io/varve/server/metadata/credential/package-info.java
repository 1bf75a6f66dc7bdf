// SPDX-License-Identifier: Apache-2.0
/** Checks and changes the credentials with which users will authenticate. */
package io.varve.server.metadata.credential;
