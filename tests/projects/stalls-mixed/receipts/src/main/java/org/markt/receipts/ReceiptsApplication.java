package org.markt.receipts;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ReceiptsApplication {
    public static void main(String[] args) {
        SpringApplication.run(ReceiptsApplication.class, args);
    }
}
