// SPDX-License-Identifier: Apache-2.0
/** Handles Produce: takes record batches in, and answers when they are as durable as the producer asked. */
package io.varve.server.api.produce;
