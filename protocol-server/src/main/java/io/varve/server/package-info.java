// SPDX-License-Identifier: Apache-2.0
/** Starts the server: reads the configuration, and wires the packages together. */
package io.varve.server;
