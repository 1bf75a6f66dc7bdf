// SPDX-License-Identifier: Apache-2.0
/** The levels of the server's log while it runs; the only package that knows what writes the log. */
package io.varve.server.logging;
