import com.sun.org.apache.xml.internal.security.Init;
import com.sun.org.apache.xml.internal.security.c14n.Canonicalizer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * A second opinion on canonical forms.
 *
 * <p>{@code C14n DIR}: beside each N.xml lies N.case, three lines: the identifier of the
 * canonicalization, its prefix list, and the id of an element (an attribute {@code Id}), empty for the
 * whole document. Prints a line for each: N, OK and the canonical form in base64, or N, FAILED and why.
 */
public class C14n {
    public static void main(String[] arguments) throws Exception {
        Init.init();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        File[] documents = new File(arguments[0]).listFiles((dir, name) -> name.endsWith(".xml"));
        Arrays.sort(documents);
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (File document : documents) {
            String name = document.getName().replace(".xml", "");
            String[] lines = Files.readString(Path.of(document.getParent(), name + ".case")).split("\n", -1);
            try {
                Node node = builder.parse(document);
                if (!lines[2].isEmpty()) {
                    node = find((org.w3c.dom.Document) node, lines[2]);
                }
                ByteArrayOutputStream form = new ByteArrayOutputStream();
                Canonicalizer canonicalizer = Canonicalizer.getInstance(lines[0]);
                if (lines[1].isEmpty()) {
                    canonicalizer.canonicalizeSubtree(node, form);
                } else {
                    canonicalizer.canonicalizeSubtree(node, lines[1], form);
                }
                out.println(name + " OK " + Base64.getEncoder().encodeToString(form.toByteArray()));
            } catch (Exception e) {
                out.println(name + " FAILED " + String.valueOf(e).replaceAll("\\s+", " "));
            }
        }
        out.flush();
    }

    static Node find(org.w3c.dom.Document document, String id) throws Exception {
        NodeList all = document.getElementsByTagNameNS("*", "*");
        for (int i = 0; i < all.getLength(); i++) {
            if (((Element) all.item(i)).getAttribute("Id").equals(id)) {
                return all.item(i);
            }
        }
        throw new Exception("no element has the id");
    }
}
