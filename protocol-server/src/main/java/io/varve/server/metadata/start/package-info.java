// SPDX-License-Identifier: Apache-2.0
/** Checks at a start that metadata and storage fit, and notes how each run of the server ends. */
package io.varve.server.metadata.start;
