import java.io.PrintStream;
import java.io.ByteArrayOutputStream;
import sun.security.tools.keytool.Main;

/**
 * Lists keystores as keytool does, many in one start: each argument is a file, and the password is in
 * STORE_PASSWORD. Before each list stands a line with the file's name.
 */
public class Keystores {
    public static void main(String[] files) throws Exception {
        PrintStream out = System.out;
        for (String file : files) {
            ByteArrayOutputStream list = new ByteArrayOutputStream();
            System.setOut(new PrintStream(list, true));
            Main.main(new String[] {"-list", "-v", "-keystore", file, "-storepass:env", "STORE_PASSWORD"});
            System.setOut(out);
            out.println("##### " + file);
            out.println(list);
        }
    }
}
