// SPDX-License-Identifier: Apache-2.0
/** The partitioned log: offset assignment, single-writer order, watermarks, truncation, fetch; what a partition means. */
package io.varve.core.log;
