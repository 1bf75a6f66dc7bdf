// SPDX-License-Identifier: Apache-2.0
/** The engine: opens a storage, owns its partitions, and commits them together. */
package io.varve.core.engine;
