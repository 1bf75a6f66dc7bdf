// SPDX-License-Identifier: Apache-2.0
/**
 * Defines what a handler is and what it works with: its request, the connection of the request, the
 * exceptions that steer its caller, and stored records in its response.
 */
package io.varve.server.api;
