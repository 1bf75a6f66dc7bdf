// SPDX-License-Identifier: Apache-2.0
/** Starts the server: reads the configuration, wires the packages together, and stops them in reverse. */
package io.varve.server;
