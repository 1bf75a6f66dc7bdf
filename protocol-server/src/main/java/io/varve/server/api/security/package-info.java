// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs about who may do what: SCRAM credentials, which are kept, and access control lists and
 * delegation tokens, of which there are none yet.
 */
package io.varve.server.api.security;
