// SPDX-License-Identifier: Apache-2.0
/** Names, opens and forces files, deletes them later, and makes space on a full disk. */
package io.varve.file.disk;
