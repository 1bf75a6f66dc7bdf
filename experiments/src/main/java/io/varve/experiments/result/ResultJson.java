// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/** Makes mappers that write numbers as the CSV files have them. Thread-safe. */
public final class ResultJson {
    private static final class Decimals extends StdSerializer<Double> {
        private static final long serialVersionUID = 1;

        Decimals() {
            super(Double.class);
        }

        @Override
        public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeNumber(CsvTable.decimal(value).toPlainString());
        }
    }

    private ResultJson() {}

    /** @return a new mapper: a double has six decimals, without zeros at its end */
    public static ObjectMapper mapper() {
        return new ObjectMapper()
                .configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true)
                .registerModule(new SimpleModule()
                        .addSerializer(Double.class, new Decimals())
                        .addSerializer(double.class, new Decimals()));
    }
}
