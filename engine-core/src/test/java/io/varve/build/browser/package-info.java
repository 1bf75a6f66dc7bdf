// SPDX-License-Identifier: Apache-2.0
/** A real browser for tests of pages, told what to do by the DevTools protocol. */
package io.varve.build.browser;
