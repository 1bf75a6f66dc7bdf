// SPDX-License-Identifier: Apache-2.0
/** {@code server.properties}: read, checked and typed once, at the edge. */
package io.varve.server.config;
