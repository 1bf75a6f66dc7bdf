// SPDX-License-Identifier: Apache-2.0
/** Reads {@code server.properties}, validates it and turns it into typed records, once, at the start. */
package io.varve.server.config;
