// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs that create, describe and delete topics, add partitions, and delete records. */
package io.varve.server.api.topic;
