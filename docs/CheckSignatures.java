import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Verifies each KEY.NUMBER.xml in a folder with the certificate in KEY.pem beside it, and says
 * {@code ok} or {@code BAD} of each: {@code java CheckSignatures.java FOLDER}.
 */
public class CheckSignatures {
    public static void main(String[] arguments) throws Exception {
        File[] files = new File(arguments[0]).listFiles((folder, name) -> name.matches(".*\\.[0-9]+\\.xml"));
        Arrays.sort(files);
        for (File file : files) {
            String verdict;
            try {
                verdict = verify(file) ? "ok" : "BAD";
            } catch (Exception e) {
                System.err.println(file.getName() + ": " + e);
                verdict = "BAD";
            }
            System.out.println(file.getName() + " " + verdict);
        }
    }

    static boolean verify(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document document = factory.newDocumentBuilder().parse(file);
        NodeList all = document.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            for (String name : List.of("Id", "ID", "id")) {
                if (element.hasAttributeNS(null, name)) {
                    element.setIdAttributeNS(null, name, true);
                }
            }
        }
        NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        if (signatures.getLength() != 1) {
            return false;
        }
        File beside = new File(file.getParentFile(), file.getName().split("\\.")[0] + ".pem");
        X509Certificate certificate;
        try (InputStream in = new FileInputStream(beside)) {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        DOMValidateContext context = new DOMValidateContext(certificate.getPublicKey(), signatures.item(0));
        context.setProperty("org.jcp.xml.dsig.secureValidation", true);
        return XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context).validate(context);
    }
}
