// SPDX-License-Identifier: Apache-2.0
/** The server's front door: reads the configuration, wires the rooms together, starts and stops them. */
package io.varve.server;
