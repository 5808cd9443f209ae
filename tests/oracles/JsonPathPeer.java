import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONValue;

/** Answers lines {"path", "document"} with lines {"value"}, {"error"} or, for what is no path, {"refused"}. */
public class JsonPathPeer {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, false, "UTF-8");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JSONObject request = (JSONObject) JSONValue.parse(line);
            JSONObject answer = new JSONObject();
            JsonPath path = null;
            try {
                path = JsonPath.compile((String) request.get("path"));
                Object document = Configuration.defaultConfiguration().jsonProvider().parse((String) request.get("document"));
                answer.put("value", JsonPath.parse(document).read(path));
            } catch (Exception error) {
                answer.put(path == null ? "refused" : "error", String.valueOf(error.getMessage()));
            }
            answers.println(answer.toJSONString());
        }
        answers.flush();
    }
}
