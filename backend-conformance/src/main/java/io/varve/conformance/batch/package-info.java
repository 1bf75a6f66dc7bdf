// SPDX-License-Identifier: Apache-2.0
/** Makes the batches that checks append, appends them, and makes what is stored comparable. */
package io.varve.conformance.batch;
