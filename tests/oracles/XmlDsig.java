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
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLObject;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.ExcC14NParameterSpec;
import javax.xml.crypto.dsig.spec.RSAPSSParameterSpec;
import javax.xml.crypto.dsig.spec.SignatureMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * A second opinion on XML signatures. Beside KEY.crt (PEM) and KEY.key (PKCS#8, DER) lie documents
 * named KEY.ALGORITHM.NUMBER.xml.
 *
 * <p>{@code verify DIR}: a line for each document: its name, OK and the canonical form in base64, or
 * its name, FAILED and why. {@code sign FROM TO}: signs each document into TO. {@code sign-as FROM
 * TO}: the same, as cases.tsv beside the documents says.
 */
public class XmlDsig {
    static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("sign-as")) {
            signAs(new File(arguments[1]), new File(arguments[2]));
            return;
        }
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
        identify(document.getDocumentElement());
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

    /** Lets references find elements by the attributes that are ids. */
    static void identify(Element element) {
        for (String name : List.of("Id", "ID", "id")) {
            if (element.hasAttributeNS(null, name)) {
                element.setIdAttributeNS(null, name, true);
            }
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element) {
                identify((Element) child);
            }
        }
    }

    /** One line for each case: file, shape, signature method, digest, forms, their prefixes, key information. */
    static void signAs(File from, File to) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (String line : Files.readAllLines(from.toPath().resolve("cases.tsv"))) {
            String[] words = line.split("\t", -1);
            String said;
            try {
                said = "OK " + signAs(new File(from, words[0]), words, new File(to, words[0]));
            } catch (Exception e) {
                said = "FAILED " + String.valueOf(e).replaceAll("\\s+", " ");
            }
            out.println(words[0] + " " + said);
        }
    }

    static C14NMethodParameterSpec prefixes(String list) {
        return list.isEmpty() ? null : new ExcC14NParameterSpec(List.of(list.split(" ")));
    }

    /** Answers what was digested, in base64. */
    static String signAs(File file, String[] words, File to) throws Exception {
        String key = words[0].split("\\.")[0];
        byte[] der = Files.readAllBytes(Path.of(file.getParent(), key + ".key"));
        PrivateKey secret = KeyFactory.getInstance(key.startsWith("rsa") ? "RSA" : "EC")
                .generatePrivate(new PKCS8EncodedKeySpec(der));
        String shape = words[1];
        Document document = builder().parse(file);
        identify(document.getDocumentElement());
        Element root = document.getDocumentElement();
        Element item = document.getElementById("item");
        List<Transform> transforms = new ArrayList<>();
        if (shape.startsWith("enveloped")) {
            transforms.add(FACTORY.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null));
        }
        if (!words[5].isEmpty()) {
            transforms.add(FACTORY.newTransform(words[5], prefixes(words[7])));
        }
        String uri = shape.equals("enveloped") ? "" : shape.equals("enveloping") ? "#object" : "#item";
        Reference reference = FACTORY.newReference(uri, FACTORY.newDigestMethod(words[3], null), transforms, null, null);
        List<Reference> references = new ArrayList<>(List.of(reference));
        KeyInfoFactory infos = FACTORY.getKeyInfoFactory();
        X509Certificate certificate = certificate(file, key);
        List<Object> data = new ArrayList<>();
        List<XMLStructure> parts = new ArrayList<>();
        for (String part : words[8].split(",")) {
            switch (part) {
                case "key-value" -> parts.add(infos.newKeyValue(certificate.getPublicKey()));
                case "certificate" -> data.add(certificate);
                case "issuer-serial" -> data.add(infos.newX509IssuerSerial(
                        certificate.getIssuerX500Principal().getName(), certificate.getSerialNumber()));
                case "subject" -> data.add(certificate.getSubjectX500Principal().getName());
                default -> { }
            }
        }
        if (!data.isEmpty()) {
            parts.add(infos.newX509Data(data));
        }
        KeyInfo keyInfo = parts.isEmpty() ? null : infos.newKeyInfo(parts, "key");
        if (keyInfo != null && words[9].equals("signed")) {
            references.add(FACTORY.newReference("#key", FACTORY.newDigestMethod(words[3], null),
                    List.of(FACTORY.newTransform(words[4], prefixes(words[6]))), null, null));
        }
        SignatureMethodParameterSpec parameters = null;
        if (words[2].endsWith("#rsa-pss")) {
            String name = "SHA-" + words[3].substring(words[3].length() - 3);
            parameters = new RSAPSSParameterSpec(new PSSParameterSpec(
                    name, "MGF1", new MGF1ParameterSpec(name), Integer.parseInt(name.substring(4)) / 8, 1));
        }
        SignedInfo info = FACTORY.newSignedInfo(
                FACTORY.newCanonicalizationMethod(words[4], prefixes(words[6])),
                FACTORY.newSignatureMethod(words[2], parameters), references);
        DOMSignContext context;
        List<XMLObject> objects = null;
        if (shape.equals("enveloping")) {
            objects = List.of(FACTORY.newXMLObject(List.of(new DOMStructure(root)), "object", null, null));
            document.removeChild(root);
            context = new DOMSignContext(secret, document);
        } else if (shape.equals("detached")) {
            context = new DOMSignContext(secret, item.getParentNode(), item.getNextSibling());
        } else {
            context = new DOMSignContext(secret, shape.equals("enveloped") ? root : item);
        }
        context.setDefaultNamespacePrefix("ds");
        // It would take the default prefix for this namespace too, and not declare it where it digests.
        context.putNamespacePrefix("http://www.w3.org/2009/xmldsig11#", "dsig11");
        context.setProperty("javax.xml.crypto.dsig.cacheReference", true);
        FACTORY.newXMLSignature(info, keyInfo, objects, null, null).sign(context);
        try (FileOutputStream out = new FileOutputStream(to)) {
            Transformer transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
            transformer.transform(new DOMSource(document), new StreamResult(out));
        }
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
