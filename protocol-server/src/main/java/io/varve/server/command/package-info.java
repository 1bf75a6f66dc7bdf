// SPDX-License-Identifier: Apache-2.0
/** Reads command lines and prints versions and tables in one way for all of the server's commands. */
package io.varve.server.command;
