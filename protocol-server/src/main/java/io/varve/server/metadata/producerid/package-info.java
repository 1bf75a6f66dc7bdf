// SPDX-License-Identifier: Apache-2.0
/** Gives out producer ids, each once. */
package io.varve.server.metadata.producerid;
