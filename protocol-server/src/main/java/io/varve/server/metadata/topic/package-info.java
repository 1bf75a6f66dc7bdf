// SPDX-License-Identifier: Apache-2.0
/** Creates, grows, deletes and looks up topics, and keeps the engine's partitions as the metadata says. */
package io.varve.server.metadata.topic;
