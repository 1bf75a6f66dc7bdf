// SPDX-License-Identifier: Apache-2.0
/** What the server's commands share: how a command line is read, which version they say, how a table is printed. */
package io.varve.server.command;
