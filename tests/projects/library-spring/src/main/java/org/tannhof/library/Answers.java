package org.tannhof.library;

import java.util.NoSuchElementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
class Answers {
  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  @ExceptionHandler(NoSuchElementException.class)
  ProblemDetail missing(NoSuchElementException missing) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, missing.getMessage());
  }

  @ExceptionHandler(Exception.class)
  ProblemDetail unexpected(Exception error) {
    log.error("unexpected", error);
    return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, error.getMessage());
  }
}
