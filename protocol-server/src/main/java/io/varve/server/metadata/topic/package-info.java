// SPDX-License-Identifier: Apache-2.0
/** Creates, grows, deletes and looks up topics, and reconciles the engine's partitions with the metadata. */
package io.varve.server.metadata.topic;
