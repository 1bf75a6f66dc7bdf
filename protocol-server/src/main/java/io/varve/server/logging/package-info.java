// SPDX-License-Identifier: Apache-2.0
/**
 * What the server's log takes: the levels of its loggers while it runs, and how often it says what peers can
 * cause. The only package that knows what writes the log.
 */
package io.varve.server.logging;
