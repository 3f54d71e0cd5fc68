package com.larkhill.bookings;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
class BookingsApplicationTest {
  @Test
  void contextLoads() {}
}
