// SPDX-License-Identifier: Apache-2.0
/** Opens a storage, owns its partitions, commits them together, deletes and compacts in the background. */
package io.varve.core.engine;
