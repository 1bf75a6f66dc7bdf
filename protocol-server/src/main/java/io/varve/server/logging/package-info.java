// SPDX-License-Identifier: Apache-2.0
/**
 * Sets the levels of the server's loggers while it runs, and throttles log lines that peers can cause. The
 * only package that depends on the implementation behind slf4j.
 */
package io.varve.server.logging;
