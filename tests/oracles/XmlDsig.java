import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * A second opinion on XML signatures. Beside KEY.crt (PEM) and KEY.key (PKCS#8, DER) lie documents
 * named KEY.ALGORITHM.NUMBER.xml.
 *
 * <p>{@code verify DIR}: a line for each document: its name, OK and the canonical form in base64, or
 * its name, FAILED and why. {@code sign FROM TO}: signs each document into TO.
 */
public class XmlDsig {
    static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] arguments) throws Exception {
        File[] documents = new File(arguments[1]).listFiles((dir, name) -> name.endsWith(".xml"));
        Arrays.sort(documents);
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (File document : documents) {
            String[] name = document.getName().split("\\.");
            String line;
            try {
                if (arguments[0].equals("verify")) {
                    line = "OK " + verify(document, certificate(document, name[0]));
                } else {
                    sign(document, name[0], name[1], new File(arguments[2], document.getName()));
                    line = "OK -";
                }
            } catch (Exception e) {
                line = "FAILED " + String.valueOf(e).replaceAll("\\s+", " ");
            }
            out.println(document.getName() + " " + line);
        }
    }

    static DocumentBuilder builder() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder;
    }

    static X509Certificate certificate(File beside, String key) throws Exception {
        try (InputStream in = new FileInputStream(new File(beside.getParentFile(), key + ".crt"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static String verify(File file, X509Certificate certificate) throws Exception {
        Document document = builder().parse(file);
        NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        if (found.getLength() != 1) {
            throw new Exception(found.getLength() + " signatures");
        }
        DOMValidateContext context = new DOMValidateContext(certificate.getPublicKey(), found.item(0));
        context.setProperty("org.jcp.xml.dsig.secureValidation", true);
        context.setProperty("javax.xml.crypto.dsig.cacheReference", true);
        XMLSignature signature = FACTORY.unmarshalXMLSignature(context);
        if (!signature.getSignatureValue().validate(context)) {
            throw new Exception("signature value");
        }
        if (!signature.validate(context)) {
            throw new Exception("digest value");
        }
        Reference reference = (Reference) signature.getSignedInfo().getReferences().get(0);
        return Base64.getEncoder().encodeToString(reference.getDigestInputStream().readAllBytes());
    }

    static void sign(File file, String key, String algorithm, File to) throws Exception {
        byte[] der = Files.readAllBytes(Path.of(file.getParent(), key + ".key"));
        PrivateKey secret = KeyFactory.getInstance(algorithm.startsWith("rsa") ? "RSA" : "EC")
                .generatePrivate(new PKCS8EncodedKeySpec(der));
        String bits = algorithm.substring(algorithm.length() - 3);
        String digest = bits.equals("384") ? "http://www.w3.org/2001/04/xmldsig-more#sha384"
                : "http://www.w3.org/2001/04/xmlenc#sha" + bits;
        List<Transform> transforms = List.of(
                FACTORY.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                FACTORY.newTransform("http://www.w3.org/2001/10/xml-exc-c14n#", (TransformParameterSpec) null));
        Reference reference = FACTORY.newReference(
                "", FACTORY.newDigestMethod(digest, null), transforms, null, null);
        SignedInfo info = FACTORY.newSignedInfo(
                FACTORY.newCanonicalizationMethod(
                        "http://www.w3.org/2001/10/xml-exc-c14n#", (C14NMethodParameterSpec) null),
                FACTORY.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#" + algorithm, null),
                List.of(reference));
        KeyInfoFactory infos = FACTORY.getKeyInfoFactory();
        X509Certificate certificate = certificate(file, key);
        KeyInfo keyInfo = infos.newKeyInfo(List.of(
                infos.newKeyValue(certificate.getPublicKey()), infos.newX509Data(List.of(certificate))));
        Document document = builder().parse(file);
        DOMSignContext context = new DOMSignContext(secret, document.getDocumentElement());
        // Each second document gets its signature without a prefix.
        if (file.getName().hashCode() % 2 == 0) {
            context.setDefaultNamespacePrefix("dsig");
        }
        FACTORY.newXMLSignature(info, keyInfo).sign(context);
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
        try (FileOutputStream out = new FileOutputStream(to)) {
            transformer.transform(new DOMSource(document), new StreamResult(out));
        }
    }
}
