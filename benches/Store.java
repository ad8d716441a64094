import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;

/** A PKCS#12 store with many entries: SEED STORE PASSWORD KEYS CERTIFICATES. */
class Store {
    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[2].toCharArray();
        KeyStore seed = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(arguments[0])) {
            seed.load(in, password);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, password);
        int keys = Integer.parseInt(arguments[3]);
        for (int number = 0; number < keys; number++) {
            String from = number == 1 ? "staged" : "current";
            Key key = seed.getKey(from, password);
            Certificate[] chain = seed.getCertificateChain(from);
            store.setKeyEntry(number < 2 ? from : "key-" + number, key, password, chain);
            // The local key id is the time in milliseconds.
            Thread.sleep(1);
        }
        int certificates = Integer.parseInt(arguments[4]);
        for (int number = 0; number < certificates; number++) {
            store.setCertificateEntry("certificate-" + number, seed.getCertificate("current"));
        }
        try (FileOutputStream out = new FileOutputStream(arguments[1])) {
            store.store(out, password);
        }
    }
}
