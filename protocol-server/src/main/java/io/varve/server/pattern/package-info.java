// SPDX-License-Identifier: Apache-2.0
/** Bounds the patterns of clients. */
package io.varve.server.pattern;
