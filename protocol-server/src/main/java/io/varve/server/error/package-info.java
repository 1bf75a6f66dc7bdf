// SPDX-License-Identifier: Apache-2.0
/** Turns failures of the engine and the storage into Kafka's error codes. */
package io.varve.server.error;
