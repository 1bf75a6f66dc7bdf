// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;

/** Writes metrics in OpenTelemetry's format as text, a number on each line. Stateless. */
final class MetricsText {
    private MetricsText() {}

    /**
     * @param data metrics
     * @param maxLength max number of characters of the text
     * @return lines of name, attributes and value; the last one says how many did not fit
     */
    static String of(MetricsData data, int maxLength) {
        StringBuilder text = new StringBuilder();
        int omitted = 0;
        for (ResourceMetrics resource : data.getResourceMetricsList()) {
            for (ScopeMetrics scope : resource.getScopeMetricsList()) {
                for (Metric metric : scope.getMetricsList()) {
                    for (NumberDataPoint point : points(metric)) {
                        String line = line(metric.getName(), point);
                        if (text.length() + line.length() + 1 > maxLength) {
                            omitted++;
                        } else {
                            text.append(line).append('\n');
                        }
                    }
                }
            }
        }
        return omitted == 0 ? text.toString() : text + "... and " + omitted + " more\n";
    }

    private static List<NumberDataPoint> points(Metric metric) {
        return metric.hasSum()
                ? metric.getSum().getDataPointsList()
                : metric.getGauge().getDataPointsList();
    }

    private static String line(String name, NumberDataPoint point) {
        String attributes =
                point.getAttributesList().stream().map(MetricsText::attribute).collect(Collectors.joining(","));
        StringJoiner line = new StringJoiner(" ");
        line.add(attributes.isEmpty() ? name : name + "{" + attributes + "}");
        line.add(point.hasAsInt() ? Long.toString(point.getAsInt()) : Double.toString(point.getAsDouble()));
        return line.toString().replace('\n', ' ');
    }

    private static String attribute(KeyValue attribute) {
        return attribute.getKey() + "=" + attribute.getValue().getStringValue();
    }
}
