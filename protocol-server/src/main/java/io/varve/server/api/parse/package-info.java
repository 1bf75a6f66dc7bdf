// SPDX-License-Identifier: Apache-2.0
/** Parses requests, after a scan of their bytes that measures what parsing would cost. */
package io.varve.server.api.parse;
