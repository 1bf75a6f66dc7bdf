// SPDX-License-Identifier: Apache-2.0
/** Stores each partition in plain segment files, in Kafka's own layout ({@code storage.backend=file}). */
package io.varve.file;
