// SPDX-License-Identifier: Apache-2.0
package io.varve.build.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Shows a page as a person would see it, and notes errors and requests. Used by one thread. */
public final class BrowserTab {
    private static final int MAX_TAPS = 10;
    private static final int MAX_FRAMES = 120;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Narrower windows are those of phones, in pixels. */
    private static final int PHONE = 500;

    private final Chromium browser;
    private final String session;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    BrowserTab(Chromium browser, String session) {
        this.browser = browser;
        this.session = session;
    }

    void begin(int width, int height) {
        List.of("Page", "Runtime", "Log", "Network").forEach(domain -> send(domain + ".enable", object()));
        send(
                "Emulation.setTouchEmulationEnabled",
                object().put("enabled", width < PHONE).put("maxTouchPoints", 5));
        resize(width, height);
    }

    /** Gives the window another size in pixels. One that is below {@value #PHONE} wide is a phone's. */
    public void resize(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                object().put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < PHONE));
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    public JsonNode send(String method, ObjectNode parameters) {
        return browser.send(session, method, parameters);
    }

    /** Is told every event of the tab. */
    void happened(JsonNode event) {
        JsonNode about = event.path("params");
        switch (event.path("method").asText()) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Network.requestWillBeSent" ->
                requests.add(about.path("request").path("url").asText());
            case "Runtime.exceptionThrown" ->
                errors.add(about.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (!about.path("type").asText().matches("log|info|debug")) {
                    errors.add(about.toString());
                }
            }
            case "Log.entryAdded" -> {
                // Rendering tells of the machine: that it draws without a graphics card.
                if (!about.path("entry").path("source").asText().equals("rendering")) {
                    errors.add(about.toString());
                }
            }
            default -> {}
        }
    }

    /** Loads a page, and waits until it is drawn. */
    public void load(Path page) {
        load(page.toUri().toString());
    }

    /** Loads the page of an address, and waits until it is drawn. */
    public void load(String address) {
        loaded = new CompletableFuture<>();
        send("Page.navigate", object().put("url", address));
        loaded.orTimeout(Chromium.LIMIT_SECONDS, TimeUnit.SECONDS).join();
        drawn();
    }

    /** Waits until what has changed is on the screen: that is sure after two frames. */
    public void drawn() {
        evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    }

    /** Waits until an expression is true. */
    public void await(String expression) {
        String frames = "new Promise(done => { const end = Date.now() + " + Chromium.LIMIT_SECONDS
                + " * 500; (function look() { if (" + expression
                + ") done(true); else if (Date.now() > end) done(false); else requestAnimationFrame(look); })(); })";
        if (!evaluate(frames).asBoolean()) {
            throw new AssertionError("not " + expression + ", on a page that says: " + text("body"));
        }
    }

    /** Presses a key that types nothing, such as {@code Tab} or {@code Enter}. */
    public void press(String key) {
        ObjectNode event = object().put("key", key).put("code", key);
        if (key.equals("Enter")) {
            event.put("windowsVirtualKeyCode", 13).put("text", "\r");
        } else if (key.equals("Tab")) {
            event.put("windowsVirtualKeyCode", 9);
        }
        send("Input.dispatchKeyEvent", event.deepCopy().put("type", "keyDown"));
        event.remove("text");
        send("Input.dispatchKeyEvent", event.put("type", "keyUp"));
        drawn();
    }

    /** Returns the value of an expression; one that is a promise is waited for. */
    public JsonNode evaluate(String expression) {
        JsonNode result = send(
                "Runtime.evaluate",
                object().put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    public String text(String selector) {
        return evaluate("document.querySelector('" + selector + "').innerText").asText();
    }

    public boolean has(String selector) {
        return evaluate("document.querySelector('" + selector + "') !== null").asBoolean();
    }

    /** Scrolls an element to the middle of the window, and returns its left and top edge there. */
    private double[] bring(String selector) {
        evaluate("document.querySelector('" + selector + "').scrollIntoView({ block: 'center' })");
        drawn();
        JsonNode box = evaluate(
                "(box => [box.left, box.top])(document.querySelector('" + selector + "').getBoundingClientRect())");
        return new double[] {box.get(0).asDouble(), box.get(1).asDouble()};
    }

    /** Moves the mouse to a place within an element, in pixels from its left and top edge. */
    public void hover(String selector, double x, double y) {
        double[] at = bring(selector);
        mouse("mouseMoved", at[0] + x, at[1] + y, "none");
        drawn();
    }

    /** Clicks on a place within an element. */
    public void click(String selector, double x, double y) {
        double[] at = bring(selector);
        mouse("mouseMoved", at[0] + x, at[1] + y, "none");
        mouse("mousePressed", at[0] + x, at[1] + y, "left");
        mouse("mouseReleased", at[0] + x, at[1] + y, "left");
        drawn();
    }

    /** Presses the mouse at a place within an element, moves to another at the same height, and lets go. */
    public void drag(String selector, double x, double y, double toX) {
        double[] at = bring(selector);
        mouse("mouseMoved", at[0] + x, at[1] + y, "none");
        mouse("mousePressed", at[0] + x, at[1] + y, "left");
        mouse("mouseMoved", at[0] + (x + toX) / 2, at[1] + y, "left");
        mouse("mouseMoved", at[0] + toX, at[1] + y, "left");
        mouse("mouseReleased", at[0] + toX, at[1] + y, "left");
        drawn();
    }

    public void doubleClick(String selector, double x, double y) {
        double[] at = bring(selector);
        for (int count = 1; count <= 2; count++) {
            mouse("mousePressed", at[0] + x, at[1] + y, "left", count);
            mouse("mouseReleased", at[0] + x, at[1] + y, "left", count);
        }
        drawn();
    }

    /** Puts a finger at each x of an element, moves them to others at the same height, and lifts them. */
    public void swipe(String selector, double y, double[] from, double[] to) {
        double[] at = bring(selector);
        touch("touchStart", at, y, from);
        for (double share : new double[] {0.25, 0.5, 0.75, 1}) {
            double[] places = new double[from.length];
            for (int i = 0; i < places.length; i++) {
                places[i] = from[i] + share * (to[i] - from[i]);
            }
            touch("touchMove", at, y, places);
        }
        touch("touchEnd", at, y, new double[0]);
        drawn();
    }

    /**
     * Taps at a place within an element until an expression is true. On busy cores the finger may stay down
     * for so long that the browser takes the tap for a long press.
     */
    public void tapUntil(String expression, String selector, double x, double y) {
        for (int tries = 0; tries < MAX_TAPS; tries++) {
            double[] at = bring(selector);
            touch("touchStart", at, y, new double[] {x});
            touch("touchEnd", at, y, new double[0]);
            if (isSoon(expression)) {
                return;
            }
        }
        throw new AssertionError(MAX_TAPS + " taps at " + selector + ", and not " + expression);
    }

    /** Tells whether an expression is true within some frames: a touch is a tap only after a while. */
    private boolean isSoon(String expression) {
        return evaluate("new Promise(done => { let frames = 0; (function look() { if (" + expression
                        + ") done(true); else if (++frames > " + MAX_FRAMES
                        + ") done(false); else requestAnimationFrame(look); })(); })")
                .asBoolean();
    }

    private void touch(String type, double[] at, double y, double[] places) {
        ObjectNode event = object().put("type", type);
        ArrayNode points = event.putArray("touchPoints");
        for (int i = 0; i < places.length; i++) {
            points.addObject().put("x", at[0] + places[i]).put("y", at[1] + y).put("id", i);
        }
        send("Input.dispatchTouchEvent", event);
    }

    /** Sets the colours that the person prefers: {@code light} or {@code dark}. */
    public void prefer(String scheme) {
        ObjectNode media = object();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", scheme);
        send("Emulation.setEmulatedMedia", media);
    }

    private void mouse(String type, double x, double y, String button) {
        mouse(type, x, y, button, button.equals("none") ? 0 : 1);
    }

    private void mouse(String type, double x, double y, String button, int clicks) {
        send(
                "Input.dispatchMouseEvent",
                object().put("type", type)
                        .put("x", x)
                        .put("y", y)
                        .put("button", button)
                        .put("buttons", button.equals("none") ? 0 : 1)
                        .put("clickCount", clicks));
    }

    /** Returns what a person would find in the console. */
    public List<String> errors() {
        return errors;
    }

    /** Returns the addresses that were asked for. */
    public List<String> requests() {
        return requests;
    }
}
