// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs about who may do what: authentication by SASL, SCRAM credentials, access control lists and
 * delegation tokens, of which there are none yet.
 */
package io.varve.server.api.security;
