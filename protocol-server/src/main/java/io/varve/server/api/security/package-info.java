// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs about access control lists and delegation tokens: there are none yet. */
package io.varve.server.api.security;
