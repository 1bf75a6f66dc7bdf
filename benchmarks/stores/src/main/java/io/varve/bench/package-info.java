// SPDX-License-Identifier: Apache-2.0
/** Measures storage backends below the engine: appends with syncs, catch-up reads, random reads. */
package io.varve.bench;
