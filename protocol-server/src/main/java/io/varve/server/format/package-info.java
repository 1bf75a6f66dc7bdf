// SPDX-License-Identifier: Apache-2.0
/** Makes and inspects data directories before a server runs on them: {@code bin/kafka-storage.sh}. */
package io.varve.server.format;
