// SPDX-License-Identifier: Apache-2.0
/**
 * Stands in front of the handlers of a server with an authorizer: takes from a request what its sender may
 * not name, and from an answer what the sender may not see. Handlers know nothing of it, and a server without
 * an authorizer has no guards.
 */
package io.varve.server.api.guard;
