// SPDX-License-Identifier: Apache-2.0
/** Prices of what is stored and asked for, from a file that can be edited. */
package io.varve.s3.price;
