package com.larkhill.bookings;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class BookingsApplication {
  public static void main(String[] args) {
    SpringApplication.run(BookingsApplication.class, args);
  }
}
