// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import ch.qos.logback.classic.BasicConfigurator;
import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.StatusUtil;
import ch.qos.logback.core.util.StatusPrinter2;
import java.io.File;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.Reporter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Sets up Logback as the server's logging back end by the file that {@code logback.configurationFile} names.
 * Logback's own provider would look for that file in all jars first, and for programs that configure it:
 * together a sixth of a start. The scripts name this one by {@code slf4j.provider}. Thread-safe once
 * initialized.
 */
public final class ServerLogging implements SLF4JServiceProvider {
    /** What this provider was compiled with: slf4j takes any 2.0. */
    private static final String API_VERSION = "2.0.99";

    private final LoggerContext context = new LoggerContext();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final LogbackMDCAdapter contexts = new LogbackMDCAdapter();

    /**
     * Called once by slf4j. Begins to read the file, a fifth of a start, on a thread beside: whoever logs
     * waits for it. Without a file the log goes to the console, where errors in it are told.
     */
    @Override
    public void initialize() {
        context.setName(CoreConstants.DEFAULT_CONTEXT_NAME);
        context.setMDCAdapter(contexts);
        LogNotReady.until(context, this::start);
    }

    private void start() {
        try {
            configure();
        } catch (JoranException | RuntimeException | LinkageError e) {
            Reporter.error("The server's log could not be configured", e);
        }
        if (!StatusUtil.contextHasStatusListener(context)) {
            new StatusPrinter2().printInCaseOfErrorsOrWarnings(context);
        }
        context.start();
    }

    private void configure() throws JoranException {
        String named = System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY, "");
        File file = new File(named);
        if (file.isFile()) {
            if (ShippedLogFile.configure(context, file)) {
                return;
            }
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(context);
            configurator.doConfigure(file);
        } else {
            DefaultJoranConfigurator search = new DefaultJoranConfigurator(); // for a URL or a resource
            search.setContext(context);
            if (search.configure(context) != ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY) {
                new BasicConfigurator().configure(context);
            }
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return context;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return contexts;
    }

    @Override
    public String getRequestedApiVersion() {
        return API_VERSION;
    }
}
