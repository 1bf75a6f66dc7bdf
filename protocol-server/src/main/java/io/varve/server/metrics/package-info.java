// SPDX-License-Identifier: Apache-2.0
/** Keeps what the server and the engine measure, with Prometheus' library, and writes it in its formats. */
package io.varve.server.metrics;
